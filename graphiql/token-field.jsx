import { useEffect, useState } from 'react';

import { post } from './fetcher.js';

/** The field that holds the token, beside it whom the gateway takes its bearer for, and what books it serves. */
export function TokenField({ token, changeToken }) {
  const identity = useIdentity(token);
  const [draft, setDraft] = useState(token);
  useEffect(() => setDraft(token), [token]);
  const use = () => {
    if (draft !== token) changeToken(draft);
  };
  return (
    <form
      className="token"
      onSubmit={(event) => {
        event.preventDefault();
        use();
      }}
    >
      {identity.books && identity.books !== 'LIVE' && (
        <strong className="books" title="Nothing in these books is reported.">
          {identity.books}
        </strong>
      )}
      <output className={`identity ${identity.state}`} title={identity.text}>
        {identity.text}
      </output>
      <label htmlFor="token">Token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="paste a bearer token"
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          // A pasted token is whole; a typed one is taken with Enter, or when the field is left.
          if (event.nativeEvent.inputType === 'insertFromPaste') changeToken(event.target.value);
        }}
        onBlur={use}
      />
    </form>
  );
}

const nobody = { state: 'nobody', text: 'no token: paste one' };
const asking = { state: 'asking', text: 'asking who you are…' };

function useIdentity(token) {
  const [identity, setIdentity] = useState(nobody);
  useEffect(() => {
    if (!token) {
      setIdentity(nobody);
      return undefined;
    }
    let current = true;
    setIdentity(asking);
    askIdentity(token).then((answer) => {
      if (current) setIdentity(answer);
    });
    return () => {
      current = false;
    };
  }, [token]);
  return identity;
}

async function askIdentity(token) {
  try {
    const answer = await post(token, { query: '{ viewer { subject role books } }' });
    const viewer = answer.data?.viewer;
    if (viewer) return { state: 'known', text: `${viewer.role} · ${viewer.subject}`, books: viewer.books };
    return { state: 'refused', text: answer.errors?.[0]?.message ?? 'The token was refused.' };
  } catch (error) {
    return { state: 'refused', text: `The gateway did not answer: ${error.message}` };
  }
}
