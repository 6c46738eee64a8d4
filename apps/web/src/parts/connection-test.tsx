import { useEffect, useMemo } from "preact/hooks";
import { ConnectionTest, deviceLine, testLines, testVerdict } from "../state/connection-test.ts";
import type { Visit } from "../state/visit.ts";
import { words } from "../words/words.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icon.tsx";
import { Check, CircleAlert, Hourglass, X } from "./icons.ts";

const icons = { waiting: Hourglass, works: Check, degraded: CircleAlert, fails: X } as const;

interface ConnectionTestDialogProps {
  readonly visit: Visit;
  readonly onClose: () => void;
}

/** Tries what a call needs, and says line by line what works. */
export function ConnectionTestDialog({ visit, onClose }: ConnectionTestDialogProps) {
  const test = useMemo(
    () =>
      new ConnectionTest(async (options) => {
        const { parseRoomLink, testConnection } = await import("../screens/connection.ts");
        return testConnection(parseRoomLink(visit.link).server, options);
      }),
    [visit],
  );
  useEffect(() => {
    void test.start();
    return () => test.stop();
  }, [test]);
  const [found, isRunning] = [test.found.value, test.isRunning.value];
  const { camera, microphone } = visit.local.capture;
  const lines = [...testLines(found, isRunning), deviceLine(camera.value, microphone.value)];
  return (
    <Dialog title={words.connectionTest.title} look="narrow" isRead onClose={onClose}>
      <p role="status">{isRunning ? words.connectionTest.runningMeaning : testVerdict(found)}</p>
      <ul class="test-lines" aria-busy={isRunning}>
        {lines.map(({ key, name, state, sentence }) => (
          <li key={key} class={`test-line ${state}`}>
            <span role="img" aria-label={words.connectionTest.states[state]}>
              <Icon node={icons[state]} size={18} />
            </span>
            <div>
              <strong>{name}</strong>
              <p class="soft small">{sentence}</p>
            </div>
          </li>
        ))}
      </ul>
      <div class="dialog-actions">
        <button type="button" class="secondary" disabled={isRunning} onClick={() => void test.start()}>
          {words.connectionTest.again}
        </button>
      </div>
    </Dialog>
  );
}
