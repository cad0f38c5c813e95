import { columnNamed, readOnboardingFile } from '../../src/onboarding/onboarding-file.js';
import { guid } from '../support/world.js';

const TENANT = guid('tenant');
const CSP = guid('csp');
const STACKS = [guid('stack 1'), guid('stack 2')];
const HEADER = 'tenant,name,reseller,csp subscription,stack subscriptions,effective from';
const CONTOSO = {
  tenantId: TENANT,
  name: 'Contoso, Inc.',
  reseller: 'North',
  cspSubscriptionId: CSP,
  stackSubscriptionIds: STACKS,
  effectiveFrom: '2026-03-01',
};

const read = (text: string) => readOnboardingFile(Buffer.from(text));

describe('a file of customers', () => {
  it.each([
    ['commas', `${HEADER}\n${TENANT},"Contoso, Inc.",North,${CSP},${STACKS.join(' ')},2026-03-01\n`],
    [
      'semicolons, CRLF and a byte order mark, as Excel writes it in Europe',
      `\ufeff${HEADER.replaceAll(',', ';')}\r\n${TENANT};Contoso, Inc.;North;${CSP};"${STACKS.join(';')}";2026-03-01\r\n`,
    ],
    [
      'tabs, and names of columns in another order and form',
      `name\tEffective_From\tstackSubscriptions\tCSP Subscription\tTENANT\tReseller\nContoso, Inc.\t2026-03-01\t${STACKS.join(', ')}\t${CSP}\t${TENANT}\tNorth`,
    ],
    [
      'space around values',
      `${HEADER}\n ${TENANT} , "Contoso, Inc." , North ,${CSP}, ${STACKS.join('  ')} ,2026-03-01 \n`,
    ],
  ])('is read with %s', (_what, text) => {
    expect(read(text)).toEqual([{ number: 2, line: CONTOSO }]);
  });

  it('keeps the numbers that an editor shows, across empty rows and values of several lines', () => {
    const rows = [
      'tenant;name;stack subscriptions',
      `${TENANT};A`,
      ';;',
      '',
      `${CSP};B;"${STACKS.join('\n')}"`,
      'x;"say ""C"""',
    ];
    const lines = read(rows.join('\r\n'));
    expect(lines.map(({ number, line }) => [number, line.name])).toEqual([
      [2, 'A'],
      [6, 'B'],
      [7, 'say "C"'],
    ]);
    expect(lines[1]?.line.stackSubscriptionIds).toEqual(STACKS);
    expect(lines[2]?.line).toEqual({
      tenantId: 'x',
      name: 'say "C"',
      reseller: '',
      cspSubscriptionId: '',
      stackSubscriptionIds: [],
      effectiveFrom: '',
    });
  });

  it.each([
    ['', 'INVALID_INPUT', 'The file is empty. The first row names the columns: tenant, name'],
    ['tenant,nmae\n', 'INVALID_INPUT', 'There is no column "nmae": did you mean "name"?'],
    ['tenant,csp subscripton\n', 'INVALID_INPUT', 'did you mean "csp subscription"?'],
    [`${TENANT},Contoso\n`, 'INVALID_INPUT', 'The first row names the columns'],
    ['name,reseller\n', 'INVALID_INPUT', 'The column "tenant" is missing.'],
    ['tenant,name,Name\n', 'INVALID_INPUT', 'The column "name" stands in the header twice.'],
    [`tenant,name\n${TENANT},Contoso, Inc.\n`, 'INVALID_INPUT', 'Line 2 has 3 cells, and the header names 2 columns.'],
    [`tenant,name\n${TENANT},"Contoso\n`, 'MALFORMED_BODY', 'The file is no CSV'],
    [`tenant,name\n${TENANT},Con"toso\n`, 'MALFORMED_BODY', 'The file is no CSV'],
  ])('is refused as a whole: %j', (text, code, message) => {
    const refusal = expect.objectContaining({ code, message: expect.stringContaining(message) as string });
    expect(() => read(text)).toThrow(refusal as Error);
  });

  it('is refused in another encoding than UTF-8', () => {
    const latin1 = Buffer.from(`tenant,name\n${TENANT},Müller\n`, 'latin1');
    expect(() => readOnboardingFile(latin1)).toThrow('The file is not in UTF-8. In Excel, save it as "CSV UTF-8".');
    expect(() => readOnboardingFile(Buffer.from('\ufefftenant\n', 'utf16le'))).toThrow('UTF-8');
  });

  it('calls fields of a line by the names of their columns', () => {
    expect(['tenantId', 'cspSubscriptionId', 'stackSubscriptionIds', 'effectiveFrom'].map(columnNamed)).toEqual([
      'tenant',
      'csp subscription',
      'stack subscriptions',
      'effective from',
    ]);
  });
});
