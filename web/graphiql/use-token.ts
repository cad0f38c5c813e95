import { useCallback, useEffect, useState } from 'react';

const KEY = 'usage-gateway:token';

/**
 * The bearer token of this browser tab, and the function that changes it; an empty token is none.
 * It comes from the fragment `#token=…`, which is never sent to a server, and is taken out of the
 * address at once so that it is neither shared with a copied address nor left in the history. It
 * lives as long as the tab.
 */
export function useToken(): readonly [string, (token: string) => void] {
  const [token, setToken] = useState(() => takeTokenFromAddress() ?? sessionStorage.getItem(KEY) ?? '');
  const changeToken = useCallback((next: string) => {
    const bare = withoutScheme(next);
    remember(bare);
    setToken(bare);
  }, []);
  useEffect(() => {
    // Opening a link with another token in this tab only changes the fragment and loads nothing.
    const onHashChange = () => {
      const next = takeTokenFromAddress();
      if (next !== undefined) setToken(next);
    };
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, []);
  return [token, changeToken];
}

function takeTokenFromAddress(): string | undefined {
  const fragment = new URLSearchParams(window.location.hash.slice(1));
  const token = fragment.get('token');
  if (token === null) return undefined;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  const bare = withoutScheme(token);
  remember(bare);
  return bare;
}

/** People paste whole headers. */
function withoutScheme(token: string): string {
  return token.trim().replace(/^(authorization:\s*)?bearer\s+/i, '');
}

function remember(token: string): void {
  if (token) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
}
