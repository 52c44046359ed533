/**
 * Where the parts of the board lie. They share a hash tag, and so a slot in Cluster:
 *
 * | key | what |
 * | --- | --- |
 * | `{background-services}:replicas` | set of instance ids; what has no presence any more is removed by whoever reads |
 * | `{background-services}:replica:<id>` | one presence; it counts while more than `LAST_WORDS` is left of its time to live |
 * | `{background-services}:page:<hash>` | a text that presences name by its hash: a part of a list of workers |
 * | `{background-services}:members` | hash: instance id → `until|text`, as `MEMBERS_LUA` describes; it goes some time after the last member |
 * | `{background-services}:orders` | hash of commands |
 * | `{background-services}:claim:<id>` | one that was taken |
 * | `{background-services}:answer:<id>` | what became of one |
 * | `{background-services}:audit` | list of notes, newest first |
 * | `{background-services}:revision` | counter |
 */
export type BoardKeys = (name: string) => string;

export function boardKeys(prefix: string): BoardKeys {
  return (name) => `${prefix}{background-services}:${name}`;
}
