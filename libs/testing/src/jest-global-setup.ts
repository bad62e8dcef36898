import { startTestServer } from './test-server';

/** Once before all tests. Also for runs of pure rules only: it takes about two seconds. */
export default startTestServer;
