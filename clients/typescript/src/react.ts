/** Hooks for React: what a component shows of a call, and of events. */
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";
import type { Client, SubscribeOptions } from "./client.js";
import type * as T from "./contract.js";
import type { IpcError } from "./error.js";

type AnyClient = Client<any>;

const ClientContext = createContext<AnyClient | undefined>(undefined);

/** Gives the components inside it their client. */
export function IpcBridgeProvider({ client, children }: { client: AnyClient; children?: ReactNode }): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the nearest provider. */
export function useClient<C extends T.Contract = T.AnyContract>(): Client<C> {
  const client = useContext(ClientContext);
  if (!client) throw new Error("there is no <IpcBridgeProvider client={…}> around this component");
  return client as Client<C>;
}

/** What a component shows of a call. While a new argument is asked for, `data` is still that of the last one. */
export interface Invoked<Data, Failed = IpcError> {
  readonly data: Data | undefined;
  readonly error: Failed | undefined;
  readonly pending: boolean;
  /** Calls once more, with the same argument. */
  readonly refetch: () => void;
}

export interface UseInvokeOptions {
  /** Whether to call at all; `true` without it. */
  readonly enabled?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * Calls a channel when the component appears, and again when the channel or the argument, as JSON, changes. An
 * answer that is no longer wanted is cancelled, and never shown.
 */
export function useInvoke<Data = any, Failed = IpcError>(
  channel: string,
  payload?: unknown,
  { enabled = true, timeoutMs }: UseInvokeOptions = {},
): Invoked<Data, Failed> {
  const client = useClient();
  const [shown, show] = useState<Omit<Invoked<Data, Failed>, "refetch">>({
    data: undefined,
    error: undefined,
    pending: enabled,
  });
  const [round, setRound] = useState(0);
  const key = keyOf(payload);
  const latest = useRef(payload);
  latest.current = payload;
  useEffect(() => {
    if (!enabled) {
      show((last) => (last.pending ? { ...last, pending: false } : last));
      return;
    }
    const stop = new AbortController();
    const { signal } = stop;
    show((last) => ({ ...last, pending: true }));
    client.invoke(channel, latest.current, { signal, timeoutMs }).then(
      (data) => {
        if (!signal.aborted) show({ data, error: undefined, pending: false });
      },
      (error) => {
        if (!signal.aborted) show((last) => ({ data: last.data, error, pending: false }));
      },
    );
    return () => stop.abort();
  }, [client, channel, key, enabled, timeoutMs, round]);
  const refetch = useCallback(() => setRound((round) => round + 1), []);
  return { ...shown, refetch };
}

/** What a component shows of an event. */
export interface Heard<Event> {
  /** The last one. */
  readonly event: Event | undefined;
  /** How many it has missed, as far as is known. */
  readonly missed: number;
  readonly error: IpcError | undefined;
}

export interface UseEventOptions<Event> extends Pick<SubscribeOptions, "key"> {
  /** Told of every event; without it, the component is drawn anew for each. */
  readonly onEvent?: ((event: Event) => void) | undefined;
}

/** Subscribes to an event as long as the component is shown. */
export function useEvent<Event = any>(channel: string, options: UseEventOptions<Event> = {}): Heard<Event> {
  const client = useClient();
  const nothing: Heard<Event> = { event: undefined, missed: 0, error: undefined };
  const [heard, hear] = useState(nothing);
  const latest = useRef(options);
  latest.current = options;
  const key = keyOf(options.key);
  useEffect(() => {
    let listening = true;
    hear((last) => (last.event === undefined && !last.missed && !last.error ? last : nothing));
    const stop = client.on(
      channel,
      (event: Event) => {
        if (!listening) return;
        const { onEvent } = latest.current;
        if (onEvent) onEvent(event);
        else hear((last) => ({ ...last, event }));
      },
      {
        key: latest.current.key,
        onMissed: (count) => listening && hear((last) => ({ ...last, missed: last.missed + (count ?? 0) })),
        onError: (error) => listening && hear((last) => ({ ...last, error })),
      },
    );
    return () => {
      listening = false;
      stop();
    };
  }, [client, channel, key]);
  return heard;
}

/** Equal where the arguments are; binary data and large integers are told apart too. */
function keyOf(value: unknown): string | undefined {
  return JSON.stringify(value, function (this: any, name: string, shown: unknown) {
    const own = this[name];
    if (typeof own === "bigint") return { bigint: own.toString() };
    if (own instanceof Uint8Array) return { bytes: Array.from(own) };
    return shown;
  });
}
