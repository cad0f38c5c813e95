/**
 * Reads server-sent events from the body of an answer: `{ event, data }` each. Comments, with which
 * the gateway shows that it is there, are passed over.
 */
export async function* eventsOf(body) {
  let text = '';
  for await (const part of textOf(body)) {
    text += part;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = eventIn(text.slice(0, end));
      text = text.slice(end + 2);
      if (event !== null) yield event;
    }
  }
}

async function* textOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function eventIn(block) {
  const fields = { event: 'message', data: [] };
  for (const line of block.split('\n')) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (name === 'event') fields.event = value;
    if (name === 'data') fields.data.push(value);
  }
  const isComment = block.split('\n').every((line) => line === '' || line.startsWith(':'));
  return isComment ? null : { event: fields.event, data: fields.data.join('\n') };
}
