import { describe, expect, it } from '@jest/globals';
import { messageOf, Voice } from './output.js';

const line = (text: string) => ({ text, stream: 'stdout' as const });

describe('messageOf', () => {
  it('takes the message out of a line of Nest', () => {
    const text =
      '[Nest] 4711  - 11/22/2026, 10:29:26 AM     LOG [BackgroundServices] Became LEADER of "a [b]" +3ms';
    expect(messageOf(line(text))).toEqual({ text: 'Became LEADER of "a [b]"', urgent: false });
  });

  it('marks warnings and errors, whoever they are from', () => {
    const text = '[Nest] 4711  - 11/22/2026, 10:29:26 AM    WARN [RouterExplorer] Careful';
    expect(messageOf(line(text))).toEqual({ text: 'Careful', urgent: true });
  });

  it('leaves out what Nest says at start, and empty lines', () => {
    const text = '[Nest] 4711  - 11/22/2026, 10:29:26 AM     LOG [InstanceLoader] AppModule initialized +1ms';
    expect(messageOf(line(text))).toBeUndefined();
    expect(messageOf(line(' '))).toBeUndefined();
  });

  it('passes other lines on', () => {
    expect(messageOf({ text: '  at main.js:1', stream: 'stderr' })).toEqual({
      text: '  at main.js:1',
      urgent: true,
    });
  });
});

describe('Voice', () => {
  it('puts its name before the text, in its colour only where there are colours', () => {
    const written: string[] = [];
    const write = (text: string) => void written.push(text);
    new Voice('A', '<cyan>', write, false).say('hello');
    new Voice('A', '<cyan>', write, true).say('hello');
    expect(written).toEqual(['A │ hello', '<cyan>A │ hello\u001B[0m']);
  });
});
