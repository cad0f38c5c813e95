import { serverAudits } from 'graphql-http';

/** What became of one audit of GraphQL over HTTP. */
export interface AuditResult {
  readonly id: string;
  readonly name: string;
  readonly status: 'ok' | 'notice' | 'warn' | 'error';
  readonly reason: string;
}

/** Runs all audits of graphql-http against a gateway, as the caller whose token is given. */
export async function auditResults(url: string, token: string): Promise<readonly AuditResult[]> {
  const headers = { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' };
  const audits = serverAudits({
    url,
    fetchFn: (address: string, options: RequestInit = {}) =>
      fetch(address, { ...options, headers: { ...headers, ...(options.headers as Record<string, string>) } }),
  });
  const results: AuditResult[] = [];
  for (const audit of audits) {
    const result = await audit.fn();
    results.push({
      id: audit.id,
      name: audit.name,
      status: result.status,
      reason: 'reason' in result ? result.reason : '',
    });
  }
  return results;
}
