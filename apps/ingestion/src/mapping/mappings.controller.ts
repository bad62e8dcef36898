import { Controller, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError } from '#domain';
import { type Reporter } from '#identity';
import { Admission } from '../admission';
import { discardWhenAnswered, KnowSender } from '../know-sender';
import { type RowForm } from '../row-form';
import { parseJson, rowsOf } from '../take-request';
import { type BodyShape, shapeOf, UnreadBody } from '../unread-body';
import { MappedForm } from './mapped-form';
import { MappingRepository, type MappingVersion, type StoredMapping } from './mapping.repository';
import {
  DRY_RUN_OF_DOCUMENT,
  DRY_RUN_OF_NAME,
  GET_MAPPING,
  LIST_MAPPINGS,
  PUT_MAPPING,
} from './mappings-operations';
import { DOCUMENT_BYTES_MAX } from './mapping-document';
import { checkMappingName, Mappings } from './mappings';
import { readMapping } from './read-mapping';
import { type DryRunAnswer, TryMapping } from './try-mapping';

/** Bytes of the rows of a dry run, and of a document beside them. */
const SAMPLE_BYTES_MAX = 1_024 * 1_024;

@ApiTags('mappings')
@ApiBearerAuth()
@Controller('v1/mappings')
export class MappingsController {
  constructor(
    private readonly sender: KnowSender,
    private readonly admission: Admission,
    private readonly repository: MappingRepository,
    private readonly mappings: Mappings,
    private readonly tryMapping: TryMapping,
  ) {}

  /** Throws UNAUTHENTICATED, FORBIDDEN, OVERLOADED, TOO_LARGE, INVALID_INPUT, CONFLICT. */
  @Put(':name')
  @ApiOperation(PUT_MAPPING)
  put(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MappingVersion & { changed: boolean }> {
    return this.withBody(request, reply, DOCUMENT_BYTES_MAX, async ({ provider }, body) => {
      checkMappingName(name);
      const document = readMapping(parseJson(body));
      return this.repository.keep(provider, name, document);
    });
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN. */
  @Get()
  @ApiOperation(LIST_MAPPINGS)
  async list(@Req() request: FastifyRequest): Promise<{ items: MappingVersion[]; next: null }> {
    const { provider } = await this.sender.ofEmpty(request);
    return { items: await this.repository.list(provider), next: null };
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT, NOT_FOUND. */
  @Get(':name')
  @ApiOperation(GET_MAPPING)
  async get(@Param('name') name: string, @Req() request: FastifyRequest): Promise<StoredMapping> {
    const { provider } = await this.sender.ofEmpty(request);
    return this.mappings.find(provider, name);
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, OVERLOADED, UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, INVALID_INPUT, NOT_FOUND. */
  @Post(':name/dry-runs')
  @HttpCode(200)
  @ApiOperation(DRY_RUN_OF_NAME)
  dryRun(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DryRunAnswer> {
    return this.withBody(request, reply, SAMPLE_BYTES_MAX, async (reporter, body, shape) => {
      const form = await this.mappings.formOf(reporter.provider, name);
      return shape.format === 'json'
        ? this.tryMapping.ofRows(reporter, form, rowsOf(body, 'transfers'))
        : this.tryMapping.ofLines(reporter, form, body, shape.format === 'csv');
    });
  }

  /** Throws as the one above does. */
  @Post('dry-runs')
  @HttpCode(200)
  @ApiOperation(DRY_RUN_OF_DOCUMENT)
  dryRunOfDocument(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DryRunAnswer> {
    return this.withBody(request, reply, SAMPLE_BYTES_MAX, (reporter, body) => {
      const { mapping, transfers, csv } = sampleOf(parseJson(body));
      const form: RowForm = new MappedForm(readMapping(mapping));
      return Promise.resolve(
        csv === null
          ? this.tryMapping.ofRows(reporter, form, transfers)
          : this.tryMapping.ofLines(reporter, form, Buffer.from(csv), true),
      );
    });
  }

  /** Reads the whole body of a request of a known sender, in its turn. */
  private async withBody<Answer>(
    request: FastifyRequest,
    reply: FastifyReply,
    bytesMax: number,
    work: (reporter: Reporter, body: Buffer, shape: BodyShape) => Promise<Answer>,
  ): Promise<Answer> {
    discardWhenAnswered(reply, request);
    const reporter = await this.sender.identify(request);
    const { body } = request;
    if (!(body instanceof UnreadBody)) {
      throw new AppError('INVALID_INPUT', 'this route wants a body');
    }
    const shape = shapeOf(body);
    if (shape.isPacked) {
      throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'send this without a content-encoding');
    }
    return this.admission.admit(reporter.provider, async () =>
      work(reporter, await this.sender.wholeBody(reporter, request, bytesMax), shape),
    );
  }
}

interface Sample {
  readonly mapping: unknown;
  readonly transfers: readonly unknown[];
  /** Null where the rows are JSON. */
  readonly csv: string | null;
}

/** @throws AppError INVALID_INPUT */
function sampleOf(value: unknown): Sample {
  const isObject = typeof value === 'object' && value !== null;
  const { mapping, transfers, csv } = (isObject ? value : {}) as Partial<
    Record<'mapping' | 'transfers' | 'csv', unknown>
  >;
  if (mapping !== undefined && Array.isArray(transfers) && csv === undefined) {
    return { mapping, transfers, csv: null };
  }
  if (mapping !== undefined && typeof csv === 'string' && transfers === undefined) {
    return { mapping, transfers: [], csv };
  }
  throw new AppError(
    'INVALID_INPUT',
    'the body must be {"mapping": {…}, "csv": "…"} or {"mapping": {…}, "transfers": […]}',
  );
}
