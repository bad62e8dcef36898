import { SIMULATION } from './simulation-parameters';
import { type VariantName, VARIANTS } from './variants';

/** A parameter as it is documented and printed: `operation.victims`, `9 to 15`. */
export interface NamedParameter {
  readonly name: string;
  readonly value: string;
}

/** Every parameter of the life that is simulated, in the order of its file. */
export const lifeParameters = (): NamedParameter[] => flattened(SIMULATION);

/** Every parameter of a variant; the plain feed has none of its own. */
export const variantParameters = (variant: VariantName): NamedParameter[] =>
  flattened(VARIANTS[variant].parameters);

function flattened(group: object, prefix = ''): NamedParameter[] {
  return Object.entries(group).flatMap(([key, value]: [string, unknown]) => {
    const name = prefix + key;
    if (Array.isArray(value)) return [{ name, value: value.join(', ') }];
    if (typeof value !== 'object' || value === null) return [{ name, value: String(value) }];
    const { low, high, ...more } = value as Record<string, unknown>;
    const isRange = typeof low === 'number' && typeof high === 'number';
    if (isRange && Object.keys(more).length === 0) return [{ name, value: `${low} to ${high}` }];
    const { open, close } = more;
    if (typeof open === 'number' && typeof close === 'number') {
      return [{ name, value: `${open} to ${close}` }];
    }
    return flattened(value, `${name}.`);
  });
}
