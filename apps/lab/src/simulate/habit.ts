import { type SimulatedDay } from './calendar';
import { type Intent } from './intent';
import { type Ledger } from './ledger';

/** One kind of ordinary life. It says at a day's start what people mean to do on it. */
export interface Habit {
  plan(day: SimulatedDay, ledger: Ledger): Intent[];
}
