/** Up to so many people a page keeps a link to each of them, whatever goes by it. */
export const linkedMost = 8;
