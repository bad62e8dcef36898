/** Inputs of each property against each route and type; `FUZZ_RUNS=20000 npx jest hostile` tries many more. */
export const fuzzRuns = (): number => Number(process.env.FUZZ_RUNS ?? '') || 25;
