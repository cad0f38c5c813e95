/** The release that this code is, as package.json names it; a test compares the two. */
export const RELEASE = '0.1.0';
