import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { createDataSource, type DataSourceOptions } from './data-source';

/** Ends the connections last, when nothing that uses them runs any more. */
class DataSourceEnd implements OnApplicationShutdown {
  constructor(private readonly dataSource: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/** Gives every module of an app its one `DataSource`. It is connected by whoever starts the app. */
@Module({})
export class PersistenceModule {
  static forRoot(options: DataSourceOptions): DynamicModule {
    const dataSource = createDataSource(options);
    return {
      module: PersistenceModule,
      global: true,
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: DataSourceEnd, useValue: new DataSourceEnd(dataSource) },
      ],
      exports: [DataSource],
    };
  }
}
