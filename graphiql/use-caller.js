import { useEffect, useState } from 'react';

import { askCaller } from './caller.js';
import { post } from './fetcher.js';

const NOBODY = { state: 'nobody', text: 'no token: paste one', caller: null };
const ASKING = { state: 'asking', text: 'asking who you are…', caller: null };

/**
 * Whom the gateway takes the bearer of a token for: `{ state, text, caller }`, where the caller is null as long as it
 * is not known.
 */
export function useCaller(token) {
  const [known, setKnown] = useState(NOBODY);
  useEffect(() => {
    if (!token) {
      setKnown(NOBODY);
      return undefined;
    }
    let isCurrent = true;
    setKnown(ASKING);
    ask(token).then((answer) => {
      if (isCurrent) setKnown(answer);
    });
    return () => {
      isCurrent = false;
    };
  }, [token]);
  return known;
}

async function ask(token) {
  try {
    const { refusal, ...caller } = await askCaller((operation) => post(token, operation));
    if (refusal) return { state: 'refused', text: refusal, caller: null };
    return { state: 'known', text: `${caller.role} · ${caller.subject}`, books: caller.books, caller };
  } catch (error) {
    return { state: 'refused', text: `The gateway did not answer: ${error.message}`, caller: null };
  }
}
