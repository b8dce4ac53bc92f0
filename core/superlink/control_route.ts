import type { Caller } from "../auth/caller.ts";
import type { Method } from "../rpc/method.ts";
import { type Handler, type Route, route } from "../rpc/router.ts";
import type { Link } from "./link.ts";

/** A method of Control with its handler; each call leaves a line in the log, as people who watch it expect. */
export function controlRoute<Request, Response, RequestInit, ResponseInit>(
  link: Link,
  method: Method<Request, Response, RequestInit, ResponseInit>,
  handler: Handler<Request, ResponseInit, Caller>,
): Route<Caller> {
  return route(method, (request: Request, context) => {
    link.log.info(`ControlServicer.${method.name}`);
    return handler(request, context);
  });
}
