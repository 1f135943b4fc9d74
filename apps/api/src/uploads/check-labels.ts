/** Options of a data set that contradict each other about its labels. */
import { type CreateDataset, type FieldError, TrainyardError } from '@trainyard/contracts';

/** Throws `invalid_request`. */
export function checkLabels({ options = {} }: CreateDataset): void {
  const { task, label_column: column, label_columns: columns, label_separator: separator } = options;
  const errors: FieldError[] = [];
  if (column !== undefined && columns !== undefined) {
    const detail = 'Expected either label_column or label_columns; received both.';
    errors.push({ pointer: '/options/label_columns', detail });
  }
  if (separator !== undefined && task !== undefined && task !== 'multilabel') {
    const detail = `Only several labels have a separator; received the task ${task}. Leave one of them out.`;
    errors.push({ pointer: '/options/label_separator', detail });
  }
  if (separator !== undefined && columns !== undefined) {
    const detail = 'Columns of their own need no separator. Leave it out, or name one column as label_column.';
    errors.push({ pointer: '/options/label_separator', detail });
  }
  if (errors.length === 0) return;
  throw new TrainyardError('invalid_request', `${errors[0].pointer}: ${errors[0].detail}`, { errors });
}
