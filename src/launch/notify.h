/*
 * Tells the service manager how we are (sd_notify(3) without its library): one
 * datagram to the socket that NOTIFY_SOCKET names, where there is one.
 */
#ifndef LAUNCH_NOTIFY_H
#define LAUNCH_NOTIFY_H

/* "READY=1", "STOPPING=1", ... Silent where nobody wants to know. */
void notify_send(const char *state);

#endif
