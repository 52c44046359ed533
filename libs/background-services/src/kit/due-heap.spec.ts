import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Due, DueHeap } from './due-heap.js';

interface Named extends Due {
  readonly name: number;
}

it('A heap does as a sorted list would, whatever happens to it', () => {
  const step = fc.record({ name: fc.nat(20), dueAt: fc.option(fc.nat(50), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const heap = new DueHeap<Named>();
      const entries = Array.from({ length: 21 }, (_, name): Named => ({
        name,
        dueAt: 0,
        order: 0,
        place: -1,
      }));
      let list: { readonly name: number; readonly dueAt: number }[] = [];
      for (const { name, dueAt } of steps) {
        list = list.filter((each) => each.name !== name);
        if (dueAt === undefined) heap.remove(entries[name]!);
        else {
          heap.set(entries[name]!, dueAt);
          list.push({ name, dueAt });
          // A sort in JavaScript keeps the order of equals.
          list.sort((a, b) => a.dueAt - b.dueAt);
        }
        expect(heap.first?.name).toBe(list[0]?.name);
      }
      for (const { name } of list) {
        expect(heap.first?.name).toBe(name);
        heap.remove(heap.first!);
      }
      expect(heap.first).toBeUndefined();
    }),
  );
});

it('A heap that was cleared takes its entries again', () => {
  const heap = new DueHeap<Due>();
  const entry = { dueAt: 0, order: 0, place: -1 };
  heap.set(entry, 5);
  heap.clear();
  expect(heap.first).toBeUndefined();
  heap.set(entry, 7);
  expect(heap.first).toBe(entry);
});
