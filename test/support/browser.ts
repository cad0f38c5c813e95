import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

import type { Browser, Page } from 'playwright-core';

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * The browser's own traffic is switched off: what a test sees on the network comes from the page.
 */
const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The path of an installed Chromium or Chrome: CHROMIUM_PATH, else one of the usual places, else
 * undefined. Throws when CHROMIUM_PATH names no file, for then somebody meant to test with a
 * browser.
 */
export function findBrowser(): string | undefined {
  const wanted = process.env['CHROMIUM_PATH'];
  if (wanted === undefined || wanted === '') return usualPlaces.find((path) => existsSync(path));
  if (!existsSync(wanted)) throw new Error(`CHROMIUM_PATH names no file: ${wanted}`);
  return wanted;
}

/**
 * Starts the browser at `path` without a window. The caller closes it. Rejects when it does not
 * start.
 */
export async function launchBrowser(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: quiet });
}

/**
 * A list that fills with what the browser objects to from now on: errors, and violations of the
 * content security policy.
 */
export async function collectComplaints(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('requestfailed', (request) => {
    // A page that has all of a stream ends it, and the browser may say so or not.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`not loaded: ${request.url()}`);
  });
  await page.exposeFunction('reportViolation', (text: string) => complaints.push(text));
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) =>
      reportViolation(event.violatedDirective + ' refused ' + event.blockedURI))`,
  });
  return complaints;
}
