// `npm start` and its sisters: builds what changed, then becomes the app named first, in this same process, so that
// signals and the exit code are the app's own.
await import('./build.mjs');
const [app, ...args] = process.argv.slice(2);
process.argv.splice(1, process.argv.length, `dist/apps/${app}/src/main.js`, ...args);
process.setSourceMapsEnabled(true);
await import(`../dist/apps/${app}/src/main.js`);
