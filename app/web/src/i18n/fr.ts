/** fr; what is missing is shown in English. */
export const messages: Record<string, string> = {};
