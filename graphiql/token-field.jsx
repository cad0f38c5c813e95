import { useEffect, useState } from 'react';

/** The field that holds the token, beside it whom the gateway takes its bearer for, and what books it serves. */
export function TokenField({ token, changeToken, identity }) {
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
