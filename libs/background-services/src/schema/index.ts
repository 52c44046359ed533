export { check, Checked, type CrossCheck, fieldOf, issuesOf } from './check.js';
export { type FieldsOf, group, UNKNOWN_FIELD } from './group.js';
export {
  callback,
  flag,
  LONGEST_DURATION,
  number,
  oneOf,
  orFalse,
  port,
  positive,
  problemsIn,
  text,
  value,
  whole,
} from './values.js';
