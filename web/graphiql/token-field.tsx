import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';

import type { Identity } from './use-caller.js';

/** An empty token is none. */
export interface TokenFieldProps {
  readonly token: string;
  readonly changeToken: (token: string) => void;
  readonly identity: Identity;
}

/** The field that holds the token, beside it whom the gateway takes its bearer for, and what books it serves. */
export function TokenField({ token, changeToken, identity }: TokenFieldProps): ReactNode {
  const books = identity.caller?.books;
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
      {books !== undefined && books !== 'LIVE' && (
        <strong className="books" title="Nothing in these books is reported.">
          {books}
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
          if (isPaste(event.nativeEvent)) changeToken(event.target.value);
        }}
        onBlur={use}
      />
    </form>
  );
}

function isPaste(event: Event): boolean {
  return event instanceof InputEvent && event.inputType === 'insertFromPaste';
}
