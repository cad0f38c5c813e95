import type { Storage } from '@graphiql/toolkit';

const PREFIX = 'usage-gateway:';

/**
 * Local storage under a prefix of our own. Every GraphiQL that was ever served from this host and
 * port shares "graphiql:…", and its old tabs would stand where our first example belongs.
 */
class OwnStorage implements Storage {
  getItem(key: string): string | null {
    return localStorage.getItem(PREFIX + key);
  }

  setItem(key: string, value: string): void {
    localStorage.setItem(PREFIX + key, value);
  }

  removeItem(key: string): void {
    localStorage.removeItem(PREFIX + key);
  }

  clear(): void {
    for (const key of ownKeys()) localStorage.removeItem(key);
  }

  get length(): number {
    return ownKeys().length;
  }
}

export const ownStorage = new OwnStorage();

function ownKeys(): readonly string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}
