/** A value that a statement binds to a question mark. */
export type SqlValue = string | number | bigint | Buffer | null;

/** Called with each statement that is sent. */
export type OnStatement = (statement: string) => void;
