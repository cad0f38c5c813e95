import { useEffect, useState } from 'react';

import { askCaller } from './caller.js';
import type { Answer, Caller, Question } from './caller.js';
import { post } from './fetcher.js';

/** Whom the gateway takes the bearer of a token for, and that in words. */
export type Identity =
  | { readonly state: 'nobody' | 'asking' | 'refused'; readonly text: string; readonly caller: null }
  | { readonly state: 'known'; readonly text: string; readonly caller: Caller };

const NOBODY: Identity = { state: 'nobody', text: 'no token: paste one', caller: null };
const ASKING: Identity = { state: 'asking', text: 'asking who you are…', caller: null };

/** Asks again whenever the token is another. */
export function useCaller(token: string): Identity {
  const [known, setKnown] = useState<Identity>(NOBODY);
  useEffect(() => {
    if (!token) {
      setKnown(NOBODY);
      return undefined;
    }
    let isCurrent = true;
    setKnown(ASKING);
    void identify(token).then((answer) => {
      if (isCurrent) setKnown(answer);
    });
    return () => {
      isCurrent = false;
    };
  }, [token]);
  return known;
}

async function identify(token: string): Promise<Identity> {
  const ask = async <Data>(question: Question<Data>) =>
    (await post(token, { query: question.toString() })) as Answer<Data>;
  try {
    const answer = await askCaller(ask);
    if ('refusal' in answer) return { state: 'refused', text: answer.refusal, caller: null };
    return { state: 'known', text: `${answer.role} · ${answer.subject}`, caller: answer };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { state: 'refused', text: `The gateway did not answer: ${reason}`, caller: null };
  }
}
