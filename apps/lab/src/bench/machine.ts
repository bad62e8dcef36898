import { arch, cpus, platform, release, totalmem } from 'node:os';

/** What the figures were measured on: no figure means anything without. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  readonly v8: string;
}

const GIB = 1024 ** 3;

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round((totalmem() / GIB) * 10) / 10,
    os: `${platform()} ${release()}`,
    arch: arch(),
    node: process.versions.node,
    v8: process.versions.v8,
  };
}
