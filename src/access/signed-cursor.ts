import { createHmac, timingSafeEqual } from 'node:crypto';

import { DomainError } from '../primitives/errors.js';

/** A position in an answer: numbers of the sort key, perhaps a text at the end. */
export type Position = readonly (number | string)[];

/**
 * Cursors say after which row a page starts. They are signed, and bound to the question and to who asked it: a cursor
 * cannot be made up, nor carried to another filter where it would skip rows without a word.
 */
export interface Cursors {
  write(question: string, position: Position): string;
  /** Writes many cursors of one question. */
  writerFor(question: string): (position: Position) => string;
  /** Throws INVALID_CURSOR. */
  read(question: string, cursor: string): Position;
  /** 22 letters that stand for a text, under the key that signs cursors: with another key links are others too. */
  tag(text: string): string;
}

const CURSOR_LENGTH_MAX = 512;
const MAC_BYTES = 16;

/** Signs positions with a key, so that nobody makes up a cursor or takes it to another question. */
export function createCursors(key: Uint8Array): Cursors {
  // A key for each question: long filters are then hashed once for a page, and not for each of its rows.
  const keyOf = (question: string) =>
    createHmac('sha256', key)
      .update('cursor\0')
      .update(`${Buffer.byteLength(question)}\0${question}`)
      .digest();
  const macOf = (keyOfQuestion: Buffer, payload: Buffer) =>
    createHmac('sha256', keyOfQuestion).update(payload).digest().subarray(0, MAC_BYTES);
  const writerFor = (question: string) => {
    const keyOfQuestion = keyOf(question);
    return (position: Position) => {
      const payload = Buffer.from(JSON.stringify(position));
      return Buffer.concat([macOf(keyOfQuestion, payload), payload]).toString('base64url');
    };
  };
  return {
    write: (question, position) => writerFor(question)(position),
    writerFor,
    read: (question, cursor) => {
      const bytes = Buffer.from(cursor.slice(0, CURSOR_LENGTH_MAX), 'base64url');
      const mac = bytes.subarray(0, MAC_BYTES);
      const payload = bytes.subarray(MAC_BYTES);
      if (mac.length < MAC_BYTES || !timingSafeEqual(mac, macOf(keyOf(question), payload))) {
        throw new DomainError(
          'INVALID_CURSOR',
          'This cursor is not from this question. Ask from the start, with the same arguments.',
          ['after'],
        );
      }
      return JSON.parse(payload.toString()) as Position;
    },
    tag: (text) =>
      createHmac('sha256', key).update('tag\0').update(text).digest().subarray(0, MAC_BYTES).toString('base64url'),
  };
}
