/** What other rooms need of this one and a user does not. */

export { studyPage } from "./study-page.ts";
export { summarize } from "./study-summary.ts";
