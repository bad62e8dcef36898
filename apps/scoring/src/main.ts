import 'reflect-metadata';
import { runService } from '#platform';
import { SCORING_SERVICE, scoringModule } from './scoring.module';
import { loadScoringConfig } from './scoring-config';

void runService(() => {
  const config = loadScoringConfig();
  return { ...SCORING_SERVICE, config, module: scoringModule(config) };
});
