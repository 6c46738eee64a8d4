import { type Signal, signal } from "@preact/signals";

/** The part of `Storage` that is used; tests give a map. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export type Theme = "system" | "light" | "dark";
const themes: readonly string[] = ["system", "light", "dark"];

/** What the browser does to the microphone's sound; all on unless switched off. */
export interface Processing {
  readonly echo: boolean;
  readonly noise: boolean;
  readonly gain: boolean;
}

/** What a page that reloads in mid-call needs to come straight back. */
export interface Return {
  readonly name: string;
  readonly microphone: boolean;
  readonly camera: boolean;
}
/** A page that comes back later than this asks first: its camera must not go on by itself. */
const returnMs = 30_000;

/** What the page remembers: for this browser (name, theme, language, devices) and for this tab (that it is in a call). */
export class Settings {
  readonly theme: Signal<Theme>;
  /** A language's code; "" goes by the browser's languages. */
  readonly language: Signal<string>;
  readonly processing: Signal<Processing>;
  /** Whether single keys are shortcuts. */
  readonly hasShortcuts: Signal<boolean>;
  /** Whether this browser passes others' pictures on when it is asked to; undefined: nobody decided. */
  readonly passOn: Signal<boolean | undefined>;
  readonly #browser: Store;
  readonly #tab: Store;

  constructor(browser: Store, tab: Store) {
    this.#browser = browser;
    this.#tab = tab;
    const theme = this.#read(browser, "parlour:theme");
    this.theme = signal(theme !== undefined && themes.includes(theme) ? (theme as Theme) : "system");
    this.language = signal(this.#read(browser, "parlour:language") ?? "");
    this.processing = signal({
      echo: this.#isOn("echo"),
      noise: this.#isOn("noise"),
      gain: this.#isOn("gain"),
    });
    this.hasShortcuts = signal(this.#isOn("shortcuts"));
    const passOn = this.#read(browser, "parlour:pass-on");
    this.passOn = signal(passOn === "yes" ? true : passOn === "no" ? false : undefined);
  }

  get name(): string {
    return this.#read(this.#browser, "parlour:name") ?? "";
  }
  set name(name: string) {
    this.#write(this.#browser, "parlour:name", name);
  }

  chooseTheme(theme: Theme): void {
    this.theme.value = theme;
    this.#write(this.#browser, "parlour:theme", theme);
  }

  chooseLanguage(code: string): void {
    this.language.value = code;
    this.#write(this.#browser, "parlour:language", code);
  }

  switchProcessing(part: keyof Processing, isOn: boolean): void {
    this.processing.value = { ...this.processing.peek(), [part]: isOn };
    this.#write(this.#browser, `parlour:off:${part}`, isOn ? "" : "off");
  }
  switchShortcuts(isOn: boolean): void {
    this.hasShortcuts.value = isOn;
    this.#write(this.#browser, "parlour:off:shortcuts", isOn ? "" : "off");
  }

  choosePassOn(isOn: boolean): void {
    this.passOn.value = isOn;
    this.#write(this.#browser, "parlour:pass-on", isOn ? "yes" : "no");
  }

  /** The remembered device of a kind; "" lets the system choose. */
  device(kind: string): string {
    return this.#read(this.#browser, `parlour:device:${kind}`) ?? "";
  }
  rememberDevice(kind: string, id: string): void {
    this.#write(this.#browser, `parlour:device:${kind}`, id);
  }

  /** Called when the page goes away in mid-call. */
  willReturn(room: string, how: Return, now: number): void {
    this.#write(this.#tab, `parlour:return:${room}`, JSON.stringify({ ...how, at: now }));
  }

  /** Taken once: how this tab was in that room a moment ago, if it was. */
  takeReturn(room: string, now: number): Return | undefined {
    const key = `parlour:return:${room}`;
    const text = this.#read(this.#tab, key);
    if (text === undefined) return undefined;
    try {
      this.#tab.removeItem(key);
      const { name, microphone, camera, at } = JSON.parse(text) as Partial<Return> & { at?: unknown };
      if (typeof at !== "number" || now - at > returnMs || typeof name !== "string") return undefined;
      return { name, microphone: microphone === true, camera: camera === true };
    } catch {
      return undefined;
    }
  }

  #isOn(part: string): boolean {
    return this.#read(this.#browser, `parlour:off:${part}`) === undefined;
  }

  // Storage throws where it is switched off; the page then just forgets.
  #read(store: Store, key: string): string | undefined {
    try {
      return store.getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  }
  #write(store: Store, key: string, value: string): void {
    try {
      if (value === "") store.removeItem(key);
      else store.setItem(key, value);
    } catch {
      // Nothing to do: see above.
    }
  }
}
