/** One event of a stream. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads server-sent events (HTML Living Standard, 9.2.6) out of a response, of any line ends. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let event = { id: '', event: 'message', data: '' };
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (event.data !== '') yield { ...event, data: event.data.slice(0, -1) };
          event = { id: event.id, event: 'message', data: '' };
          continue;
        }
        const [, name = '', content = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
        if (name === 'data') event.data += `${content}\n`;
        else if (name === 'id' || name === 'event') event[name] = content;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
