/** The body of an answer, of which no more is read than is allowed; `tooLong` makes what is thrown beyond that. */
export async function boundedBytes(response: Response, bytesMax: number, tooLong: () => Error): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
