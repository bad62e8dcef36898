import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { AppError } from '#domain';
import { type Figures, type Progress } from './bench-row';
import { type FeedName, openFeed } from './feed-chunks';
import { type LoadTask } from '../load/load-client';
import { measureLoad } from './measure-load';
import { measureRebuild } from './measure-rebuild';
import { MeasureSubject } from './measure-subject';
import { createSubject, type SubjectName } from './subject';

/** What one process is to measure. */
export type RowTask =
  | {
      readonly kind: 'subject';
      readonly subject: SubjectName;
      readonly feed: FeedName;
      readonly memoryMs: number | null;
      readonly secondsMax: number;
    }
  | {
      readonly kind: 'rebuild';
      readonly subject: SubjectName | null;
      /** With its password: handed over in a message, never on a command line. */
      readonly databaseUrl: string;
      readonly secondsMax: number;
    }
  | { readonly kind: 'load'; readonly load: LoadTask };

type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly transfers: number; readonly total: number }
  | { readonly kind: 'measured'; readonly figures: Figures }
  | { readonly kind: 'failed'; readonly message: string };

/** The lab's hidden command that measures one row. */
export const ROW_COMMAND = 'bench-row';
/** Compiled, both lie in dist/apps/lab/src. */
const LAB = join(__dirname, '..', 'main.js');

/**
 * Measures one row in a process of its own: its memory is its own then, and what the row before left to the garbage
 * collector or the compiler is not its business.
 *
 * @throws AppError UNAVAILABLE where the process ended without figures, or was told to stop
 */
export async function measureInProcess(
  task: RowTask,
  progress: Progress,
  stop: AbortSignal,
): Promise<Figures> {
  const child = fork(LAB, [ROW_COMMAND], { execArgv: ['--expose-gc'], serialization: 'advanced' });
  const abort = (): void => {
    child.kill('SIGKILL');
  };
  stop.addEventListener('abort', abort, { once: true });
  try {
    return await figuresOf(child, task, progress, stop);
  } finally {
    stop.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  }
}

function figuresOf(
  child: ChildProcess,
  task: RowTask,
  progress: Progress,
  stop: AbortSignal,
): Promise<Figures> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => {
      switch (message.kind) {
        case 'ready':
          child.send(task);
          break;
        case 'progress':
          progress(message.transfers, message.total);
          break;
        case 'measured':
          resolve(message.figures);
          break;
        case 'failed':
          reject(new AppError('UNAVAILABLE', message.message));
          break;
        default:
          message satisfies never;
      }
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const how = stop.aborted ? 'was stopped' : `ended with ${String(code ?? signal)}`;
      reject(new AppError('UNAVAILABLE', `the measuring process ${how} before it had figures`));
    });
  });
}

/** Messages on the way at a time: the measuring process must not drown its parent, nor itself, in them. */
const PROGRESS_EVERY_MS = 500;

/** Runs in the process of its own: waits for its task, and sends the figures. */
export async function rowCommand(): Promise<void> {
  const send = (message: Message): Promise<void> =>
    new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else
        process.send(message, undefined, undefined, () => {
          resolve();
        });
    });
  const task = new Promise<RowTask>((resolve) => {
    process.once('message', (message) => {
      resolve(message as RowTask);
    });
  });
  // Whoever asked is gone: nobody reads the figures.
  process.once('disconnect', () => process.exit());
  await send({ kind: 'ready' });
  let lastMs = 0;
  const progress: Progress = (transfers, total) => {
    if (performance.now() - lastMs < PROGRESS_EVERY_MS) return;
    lastMs = performance.now();
    void send({ kind: 'progress', transfers, total });
  };
  try {
    await send({ kind: 'measured', figures: await measure(await task, progress) });
  } catch (error) {
    // With its stack for an error that is a bug: the parent has only the text.
    if (!(error instanceof AppError)) console.error(error);
    await send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

async function measure(task: RowTask, progress: Progress): Promise<Figures> {
  switch (task.kind) {
    case 'subject': {
      const feed = await openFeed(task.feed);
      const subject = createSubject(task.subject, task.memoryMs);
      return new MeasureSubject(subject, feed, task.secondsMax, progress).run();
    }
    case 'rebuild':
      return measureRebuild(task.databaseUrl, task.subject, task.secondsMax, progress);
    case 'load':
      return measureLoad(task.load, progress);
    default:
      return task satisfies never;
  }
}
