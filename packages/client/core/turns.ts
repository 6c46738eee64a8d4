/**
 * Inputs of a machine whose other half may not be there yet (decision 16): each is taken in its turn, and one that can't be taken
 * waits with all that follow it. Inputs that arise while one is taken follow it.
 */
export interface Turns<Input> {
  /** `isUrgent`: it does not wait, and what waits comes after it. */
  put(input: Input, isUrgent?: boolean): void;
  /** The other half is there. */
  proceed(): void;
  /** How many wait for the other half. */
  readonly waiting: number;
}

/**
 * @param take false: that takes the other half, and nothing has happened
 * @param onMissing called once for each time that something begins to wait
 */
export function turns<Input extends object>(
  take: (input: Input) => boolean,
  onMissing: () => void,
): Turns<Input> {
  const inputs: Input[] = [];
  let isRunning = false;
  let isMissing = false;
  const proceed = (): void => {
    if (isRunning) return;
    isRunning = true;
    for (let input = inputs.shift(); input; input = inputs.shift()) {
      if (take(input)) continue;
      inputs.unshift(input);
      if (!isMissing) onMissing();
      isMissing = true;
      break;
    }
    isRunning = false;
  };
  return {
    put(input, isUrgent) {
      if (isUrgent) inputs.unshift(input);
      else inputs.push(input);
      proceed();
    },
    proceed() {
      isMissing = false;
      proceed();
    },
    get waiting() {
      return isMissing ? inputs.length : 0;
    },
  };
}
