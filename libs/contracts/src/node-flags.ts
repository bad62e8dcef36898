/**
 * How Node is told to run a service, wherever one is started. A batch of a thousand rows makes megabytes of short-lived
 * objects; in a young generation of the usual 16 MiB many of them are copied before they are dead. It costs up to 150 MiB more memory.
 */
export const SERVICE_NODE_FLAGS: readonly string[] = [
  '--enable-source-maps',
  '--max-semi-space-size=64',
];
