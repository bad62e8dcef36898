/**
 * Writes each service's API as OpenAPI to docs/openapi/, and who may do what to docs/roles.md, from the code. With `--check` it
 * writes nothing and ends with 1 where a committed file is stale.
 */
import 'reflect-metadata';
import { type DynamicModule } from '@nestjs/common';
import { type OpenAPIObject } from '@nestjs/swagger';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IdentityVault } from '#identity';
import { createServiceApp, loadConfig } from '#platform';
import { BACKTEST_SERVICE, backtestModule } from '../apps/backtest/src/backtest.module';
import { BacktestConfig } from '../apps/backtest/src/backtest-config';
import {
  CASE_REFERRAL_SERVICE,
  caseReferralModule,
} from '../apps/case-referral/src/case-referral.module';
import { CaseReferralConfig } from '../apps/case-referral/src/case-referral-config';
import { INGESTION_SERVICE, ingestionModule } from '../apps/ingestion/src/ingestion.module';
import { IngestionConfig } from '../apps/ingestion/src/ingestion-config';
import { SCORING_SERVICE, scoringModule } from '../apps/scoring/src/scoring.module';
import { ScoringConfig } from '../apps/scoring/src/scoring-config';
import { CommittedFiles } from './committed-files';
import { rolesPage } from './roles-page';

const FOLDER = join('docs', 'openapi');
const BODY_BYTES = 1024;

interface Described {
  readonly name: string;
  readonly description: string;
  readonly module: DynamicModule;
}

/** Describing connects to nothing: the address and the key only have to look right. */
function services(keyFile: string): Described[] {
  const environment = {
    DATABASE_URL: 'postgres://localhost/none',
    IDENTITY_KEY_FILE: keyFile,
    LOG_LEVEL: 'silent',
  };
  return [
    { ...INGESTION_SERVICE, module: ingestionModule(loadConfig(IngestionConfig, environment)) },
    { ...SCORING_SERVICE, module: scoringModule(loadConfig(ScoringConfig, environment)) },
    {
      ...CASE_REFERRAL_SERVICE,
      module: caseReferralModule(loadConfig(CaseReferralConfig, environment)),
    },
    { ...BACKTEST_SERVICE, module: backtestModule(loadConfig(BacktestConfig, environment)) },
  ];
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'layerwatch-openapi-'));
  const keyFile = join(scratch, 'identity.key');
  writeFileSync(keyFile, IdentityVault.newKey());
  const files = new CommittedFiles('npm run openapi');
  const apis: OpenAPIObject[] = [];
  for (const { name, description, module } of services(keyFile)) {
    const { openApi } = await createServiceApp(module, {
      name,
      description,
      bodyBytesMax: BODY_BYTES,
    });
    files.keep(join(FOLDER, `${name}.json`), `${JSON.stringify(openApi, null, 2)}\n`);
    apis.push(openApi);
  }
  files.keep(join('docs', 'roles.md'), rolesPage(apis));
  rmSync(scratch, { recursive: true });
  files.finish();
}

void main();
