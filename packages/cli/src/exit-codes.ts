/** Exit codes: all went well; it could not be done; it was asked for wrongly. */
export const exitCodes = { fine: 0, failed: 1, misused: 2 } as const;
