import {
  Controller,
  Delete,
  Get,
  Head,
  HttpCode,
  Options,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError } from '#domain';
import { IngestionConfig } from '../ingestion-config';
import { discardWhenAnswered, KnowSender } from '../know-sender';
import { Mappings } from '../mapping/mappings';
import { FileRepository } from './file.repository';
import {
  CREATE_FILE,
  GET_FILE,
  GIVE_FILE_UP,
  HEAD_FILE,
  LIST_FILES,
  LIST_REFUSALS,
  PATCH_FILE,
  TUS_OPTIONS,
} from './files-operations';
import { refusalsCsv } from './refusals-csv';
import { type StoredFile } from './stored-file';
import { TakePiece } from './take-piece';
import { readUploadFacts } from './upload-metadata';
import { WorkFiles } from './work-files';

const TUS_VERSION = '1.0.0';
const PAGE_MAX = 100;
const FILE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const WHOLE_NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;

/** Uploads by the protocol of tus 1.0.0 (core, creation, termination), and what became of each. */
@ApiTags('files')
@ApiBearerAuth()
@Controller('v1/files')
export class FilesController {
  constructor(
    private readonly sender: KnowSender,
    private readonly files: FileRepository,
    private readonly mappings: Mappings,
    private readonly takePiece: TakePiece,
    private readonly workFiles: WorkFiles,
    private readonly config: IngestionConfig,
  ) {}

  /** What is spoken here; asked before anybody is known. */
  @Options()
  @HttpCode(204)
  @ApiOperation(TUS_OPTIONS)
  options(@Res({ passthrough: true }) reply: FastifyReply): void {
    void reply.headers({
      'tus-resumable': TUS_VERSION,
      'tus-version': TUS_VERSION,
      'tus-extension': 'creation,termination',
      'tus-max-size': String(this.config.INGESTION_FILE_BYTES_MAX),
    });
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, PRECONDITION_FAILED, INVALID_INPUT, TOO_LARGE, NOT_FOUND for a mapping. */
  @Post()
  @ApiOperation(CREATE_FILE)
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StoredFile> {
    discardWhenAnswered(reply, request);
    const reporter = await this.sender.identify(request);
    speakTus(request, reply);
    await this.sender.wholeBody(reporter, request, 0);
    const length = wholeNumber(request, 'upload-length');
    if (length === 0) throw new AppError('INVALID_INPUT', 'Upload-Length must be above zero');
    if (length > this.config.INGESTION_FILE_BYTES_MAX) {
      throw new AppError(
        'TOO_LARGE',
        `a file has at most ${this.config.INGESTION_FILE_BYTES_MAX} bytes: send it in parts of whole lines, or packed`,
      );
    }
    const { mapping, ...facts } = readUploadFacts(header(request, 'upload-metadata'));
    const { provider } = reporter;
    // The latest as of now: what the file is read by does not change under it.
    const version = mapping === null ? null : await this.mappings.versionOf(provider, mapping);
    if (version !== null)
      await this.mappings.formOf(provider, `${version.name}@${version.version}`);
    const file = await this.files.create(provider, { ...facts, length, mapping: version });
    void reply.header('location', `/v1/files/${file.id}`);
    return file;
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, PRECONDITION_FAILED, NOT_FOUND. */
  @Head(':id')
  @ApiOperation(HEAD_FILE)
  async offset(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { provider } = await this.sender.ofEmpty(request);
    speakTus(request, reply);
    const file = await this.open(provider, id);
    void reply.headers({
      'upload-offset': String(file.received),
      'upload-length': String(file.length),
      'cache-control': 'no-store',
    });
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, PRECONDITION_FAILED, NOT_FOUND, and as `TakePiece` does. */
  @Patch(':id')
  @HttpCode(204)
  @ApiOperation(PATCH_FILE)
  async append(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    discardWhenAnswered(reply, request);
    const reporter = await this.sender.identify(request);
    speakTus(request, reply);
    const file = await this.open(reporter.provider, id);
    const from = wholeNumber(request, 'upload-offset');
    const offset = await this.takePiece.run(reporter, request, file, from);
    if (offset === file.length) this.workFiles.look();
    void reply.header('upload-offset', String(offset));
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT. */
  @Get()
  @ApiOperation(LIST_FILES)
  @ApiQuery({ name: 'after', required: false, type: String, description: '`next` of a page.' })
  async list(
    @Req() request: FastifyRequest,
    @Query('after') after?: unknown,
  ): Promise<{ items: StoredFile[]; next: string | null }> {
    const { provider } = await this.sender.ofEmpty(request);
    if (after !== undefined && (typeof after !== 'string' || !FILE_ID.test(after))) {
      throw new AppError('INVALID_INPUT', 'after must be the next of a page');
    }
    const items = await this.files.list(provider, after ?? null, PAGE_MAX);
    return { items, next: items.length < PAGE_MAX ? null : items.at(-1)!.id };
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND. */
  @Get(':id')
  @ApiOperation(GET_FILE)
  async get(@Param('id') id: string, @Req() request: FastifyRequest): Promise<StoredFile> {
    const { provider } = await this.sender.ofEmpty(request);
    return this.find(provider, id);
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND. */
  @Get(':id/refusals')
  @ApiOperation(LIST_REFUSALS)
  async refusals(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NodeJS.ReadableStream> {
    const { provider } = await this.sender.ofEmpty(request);
    const file = await this.find(provider, id);
    void reply.headers({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="refusals-${file.id}.csv"`,
      'layerwatch-refusals-left-out': String(file.refusalsLeftOut),
    });
    return refusalsCsv((afterLine) => this.files.refusals(file.id, afterLine));
  }

  /** Throws UNAUTHENTICATED, FORBIDDEN, PRECONDITION_FAILED, NOT_FOUND, CONFLICT where it is finished. */
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation(GIVE_FILE_UP)
  async giveUp(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { provider } = await this.sender.ofEmpty(request);
    speakTus(request, reply);
    const { state } = await this.find(provider, id);
    if (state === 'GIVEN_UP' || (await this.files.giveUp(provider, id))) return;
    throw new AppError('CONFLICT', 'the file is finished: what was stored of it stays');
  }

  private async find(provider: string, id: string): Promise<StoredFile> {
    const file = FILE_ID.test(id) ? await this.files.find(provider, id) : null;
    if (file === null) throw new AppError('NOT_FOUND', 'there is no such file');
    return file;
  }

  /** One to which something may be added, or all of which has come. */
  private async open(provider: string, id: string): Promise<StoredFile> {
    const file = await this.find(provider, id);
    if (file.received === file.length || file.state === 'RECEIVING') return file;
    throw new AppError('NOT_FOUND', 'this file takes no more: it was given up');
  }
}

/** @throws AppError PRECONDITION_FAILED where another version is spoken */
function speakTus(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('tus-resumable', TUS_VERSION);
  const version = header(request, 'tus-resumable') ?? TUS_VERSION;
  if (version === TUS_VERSION) return;
  void reply.header('tus-version', TUS_VERSION);
  throw new AppError('PRECONDITION_FAILED', `uploads go by tus ${TUS_VERSION}`);
}

function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** @throws AppError INVALID_INPUT where the header is left out, or is no whole number */
function wholeNumber(request: FastifyRequest, name: string): number {
  const text = header(request, name) ?? '';
  if (!WHOLE_NUMBER.test(text)) {
    throw new AppError('INVALID_INPUT', `the header ${name} must be a whole number of bytes`);
  }
  return Number(text);
}
