import 'reflect-metadata';
import { runService } from '#platform';
import { INGESTION_SERVICE, ingestionModule } from './ingestion.module';
import { loadIngestionConfig } from './ingestion-config';

void runService(() => {
  const config = loadIngestionConfig();
  return {
    ...INGESTION_SERVICE,
    bodyBytesMax: config.INGESTION_BODY_BYTES_MAX,
    config,
    trustedProxies: config.TRUSTED_PROXIES,
    module: ingestionModule(config),
  };
});
