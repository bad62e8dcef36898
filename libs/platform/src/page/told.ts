/** What an answer class documents, as plain JSON: the class is for the API's description only and is never made. */
export type Told<Answer> = Pick<Answer, keyof Answer>;
