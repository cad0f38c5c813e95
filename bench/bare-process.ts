/** The limit for questions, as a process: `node:http`, answers made by hand, `JSON.stringify`. */
import { createServer } from 'node:http';

import { askerOf, bareAnswers } from './bare-answers.js';
import { serveDatabase } from './contestant-process.js';
import type { QuestionName } from './questions.js';

await serveDatabase((url) => {
  const { dialect, ask } = askerOf(url);
  const answers = bareAnswers(dialect, ask);
  return createServer((request, response) => {
    const name = new URL(request.url ?? '', 'http://bare').searchParams.get('question') as QuestionName;
    answers[name]()
      .then((data) => {
        const body = Buffer.from(JSON.stringify({ data }));
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
      })
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
});
