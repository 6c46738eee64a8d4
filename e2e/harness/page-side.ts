import type * as Sdk from "@parlour/client";

/** What tests find in every page they open. Put there by the test, never by the product. */
export interface PageSide {
  readonly connections: RTCPeerConnection[];
  readonly sockets: string[];
  /** Offers that this page made, and those it had to take back because another met them. */
  readonly offers: { made: number; takenBack: number };
  /** What its live regions have said so far: it stands there for a moment only. */
  readonly said: string[];
  /** Elements of that role, with their accessible names. */
  byRole(role: string, root?: Element): { element: HTMLElement; name: string }[];
  /** The first visible element of that role whose name matches (exactly for a string). */
  find(role: string, name: string | RegExp, root?: Element): HTMLElement | undefined;
}

declare global {
  interface Window {
    parlourTest: PageSide;
    /** In pages made by `openSdkPage`. */
    sdk: typeof Sdk;
    room: Sdk.Room;
    /** Whatever a test keeps in its page between two calls. */
    kept: Record<string, unknown>;
  }
}

/**
 * Runs in the page before anything else. Notes connections and sockets, makes pictures small (two cores carry five
 * people only at 320x240), and finds elements by role and name.
 */
export function preparePage(smallPictures: boolean): void {
  if (!("RTCPeerConnection" in window)) return;
  const connections: RTCPeerConnection[] = [];
  const sockets: string[] = [];
  const offers = { made: 0, takenBack: 0 };

  class NotedConnection extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
    override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      if (description.type === "offer" && this.signalingState === "have-local-offer") offers.takenBack++;
      return super.setRemoteDescription(description);
    }
    override async setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
      await super.setLocalDescription(description);
      if (this.localDescription?.type === "offer") offers.made++;
    }
  }
  window.RTCPeerConnection = NotedConnection;
  class NotedSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      sockets.push(this.url);
    }
  }
  window.WebSocket = NotedSocket;

  if (smallPictures && navigator.mediaDevices !== undefined) {
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) => {
      const video = wanted?.video;
      if (!video) return original(wanted);
      const deviceId = typeof video === "object" ? video.deviceId : undefined;
      return original({
        ...wanted,
        video: { width: 320, height: 240, frameRate: 15, ...(deviceId === undefined ? {} : { deviceId }) },
      });
    };
  }

  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
  });

  const said: string[] = [];
  const listening = new MutationObserver((records) => {
    for (const { addedNodes, target } of records)
      if (target instanceof Element && target.closest("[aria-live]") !== null)
        for (const node of addedNodes) said.push(node.textContent ?? "");
  });
  // In a frame that may run nothing the browser would complain of it.
  if (window === window.top) listening.observe(document, { childList: true, subtree: true });

  const selectors: Record<string, string> = {
    button: "button, [role=button], input[type=submit], input[type=button]",
    textbox: "textarea, input:not([type]), input[type=text], input[type=search], [role=textbox]",
    combobox: "select, [role=combobox]",
    switch: "[role=switch]",
    figure: "figure, [role=figure]",
    group: "fieldset, [role=group]",
    toolbar: "[role=toolbar]",
    log: "[role=log]",
    list: "ul, ol, [role=list]",
    listitem: "li, [role=listitem]",
    dialog: "dialog, [role=dialog], [role=alertdialog]",
    alert: "[role=alert], [role=alertdialog]",
    status: "[role=status], output",
    form: "form, [role=form]",
    link: "a[href]",
    heading: "h1, h2, h3, h4",
    region: "section, aside, [role=region], [role=complementary]",
  };
  const tidy = (text: string | null | undefined): string => (text ?? "").replace(/\s+/g, " ").trim();
  // The part of the accessible name computation (accname 1.2) that plain pages need; one test compares it with the browser's own.
  const nameOf = (element: Element): string => {
    const by = element.getAttribute("aria-labelledby");
    if (by !== null) {
      return tidy(
        by
          .split(/\s+/)
          .map((id) => document.getElementById(id)?.textContent ?? "")
          .join(" "),
      );
    }
    const label = element.getAttribute("aria-label");
    if (label !== null) return tidy(label);
    const labels = (element as HTMLInputElement).labels;
    if (labels?.length) return tidy([...labels].map((one) => one.textContent).join(" "));
    if (element.matches("figure")) return tidy(element.querySelector("figcaption")?.textContent);
    if (element.matches("fieldset")) return tidy(element.querySelector("legend")?.textContent);
    if (element.matches("input")) {
      const input = element as HTMLInputElement;
      return tidy(input.type === "submit" || input.type === "button" ? input.value : input.placeholder);
    }
    if (element.matches("button, a, li, h1, h2, h3, h4, [role=button], [role=switch]")) {
      const copy = element.cloneNode(true) as Element;
      for (const hidden of copy.querySelectorAll("[aria-hidden=true], [hidden]")) hidden.remove();
      return tidy(copy.textContent) || tidy(element.getAttribute("title"));
    }
    return tidy(element.getAttribute("title"));
  };
  const isShown = (element: Element): boolean =>
    element.checkVisibility?.({ visibilityProperty: true }) ?? element.getClientRects().length > 0;
  const byRole: PageSide["byRole"] = (role, root = document.documentElement) =>
    [...root.querySelectorAll<HTMLElement>(selectors[role] ?? `[role=${role}]`)]
      .filter((element) => {
        const explicit = element.getAttribute("role");
        return (explicit === null || explicit === role) && isShown(element);
      })
      .map((element) => ({ element, name: nameOf(element) }));
  window.parlourTest = {
    connections,
    sockets,
    offers,
    said,
    byRole,
    find: (role, name, root) =>
      byRole(role, root).find((one) => (typeof name === "string" ? one.name === name : name.test(one.name)))
        ?.element,
  };
  window.kept = {};
}
