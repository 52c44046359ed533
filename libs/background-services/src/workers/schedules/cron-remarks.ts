import { show } from '../../errors/index.js';
import { type CronField, type IdleStep, readCronPattern } from './cron-grammar.js';

/** What a cron schedule is made of. */
interface CronDeclaration {
  readonly pattern: string | Date;
  readonly timeZone?: string | undefined;
}

/** What is valid, runs as in the `cron` package, and hardly means what it looks like. In words, for the log. */
export function cronRemarks({ pattern, timeZone }: CronDeclaration): readonly string[] {
  if (pattern instanceof Date) return [];
  const fields = readCronPattern(pattern);
  const steps = fields.flatMap((field) =>
    field.idleSteps.map((step) => describeIdleStep(pattern, field, step)),
  );
  return timeZone === ''
    ? [
        ...steps,
        `timeZone is "", which means UTC to the \`cron\` package; write "UTC", or leave it out for the machine's zone`,
      ]
    : steps;
}

function describeIdleStep(pattern: string, { unit }: CronField, { text, step, value }: IdleStep): string {
  return (
    `${show(text)} in the cron pattern ${show(pattern)} matches only ${unit} ${value}: its step of ${step} is longer than what is left of the field. ` +
    `It does not mean "every ${step}"; for a fixed period use @Interval`
  );
}
