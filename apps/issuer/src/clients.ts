/** What browsers sign in through: case-referral. */
export const CONSOLE_CLIENT = 'layerwatch-console';
/** What `npm run token` signs in through. */
export const TOKEN_CLIENT = 'layerwatch-token';
/** Programs on this machine listen nowhere: they read the code off the redirect. */
export const TOKEN_REDIRECT = 'http://127.0.0.1/token';
