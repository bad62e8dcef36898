/**
 * How the server is set, for two cores shared with the services. Given on the command line, not written to
 * postgresql.conf, so that a newer launcher's settings also reach a data folder made by an older one.
 */
const SETTINGS = {
  // Only this machine, only by password: another user of it must not read the cases.
  listen_addresses: '127.0.0.1',
  // The path of a socket may have 107 bytes; a data folder's may have more.
  unix_socket_directories: '',
  // The tail of the log and the transfer keys stay in memory; the rest is the system's cache.
  shared_buffers: '256MB',
  // Three services of eight connections, the feed, and an operator's own tools.
  max_connections: '60',
  // Full pages after a checkpoint are most of the WAL of a bulk feed, and compress well.
  wal_compression: 'on',
  // A bulk feed would otherwise force a checkpoint every few seconds.
  max_wal_size: '2GB',
  // The cores belong to the services: one query does not take both.
  max_parallel_workers_per_gather: '0',
  // Statements are short; compiling them costs more than it saves.
  jit: 'off',
  // Solid state disks, where a random read costs little more than the next one.
  random_page_cost: '1.1',
  // A folder carried to a machine elsewhere answers the same.
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements and the details of their errors hold persons' data; the client that caused an error is told of it.
  // In the server's log an ERROR ranks below LOG: what is kept is starts, stops and failures of the server itself.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  // To standard error, which the launcher gave a file; no second process to write it.
  log_destination: 'stderr',
  logging_collector: 'off',
} as const;

/** A database of which nothing is wanted after the run, and which many test processes use at once. */
const UNFLUSHED_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
} as const;

export function settingsArguments(port: number, unflushed: boolean): string[] {
  const settings = { ...SETTINGS, ...(unflushed ? UNFLUSHED_SETTINGS : {}), port: String(port) };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
