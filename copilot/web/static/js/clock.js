// Times: moments in the reader's zone, countdowns that tick with the server's clock and never drift.
"use strict";

(() => {
  const serverNow = Date.parse(document.querySelector('meta[name="server-now"]')?.content ?? "");
  const skew = Number.isNaN(serverNow) ? 0 : serverNow - Date.now();
  const correction = Math.abs(skew) > 2000 ? skew : 0;
  const now = () => Date.now() + correction;
  const language = document.documentElement.lang || undefined;
  const hourMinute = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dayMonth = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium" });
  const DAY = 86400;

  function span(seconds) {
    const whole = Math.floor(seconds);
    const [days, hours, minutes] = [Math.floor(whole / DAY), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
    if (whole < 600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    if (whole < 3600) return `${minutes} min`;
    if (days === 0) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
    return hours ? `${days} d ${hours} h` : `${days} d`;
  }

  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function drawCountdown(element) {
    const left = (Date.parse(element.dateTime) - now()) / 1000;
    const due = element.closest(".due");
    if (left <= 0 && element.dataset.past) return setText(element, element.dataset.past);
    setText(element, left >= 0 ? span(left) : `${span(-left)} late`);
    due?.classList.toggle("due-breached", left < 0);
    due?.classList.toggle("due-soon", left >= 0 && left < 1800);
  }

  function drawMoment(element) {
    const at = new Date(element.dateTime);
    const today = new Date(now());
    const sameDay = at.toDateString() === today.toDateString();
    const sameYear = at.getFullYear() === today.getFullYear();
    const day = sameDay ? "" : `${dayMonth.format(at)}${sameYear ? "" : ` ${at.getFullYear()}`}, `;
    setText(element, `${day}${hourMinute.format(at)}`);
    element.title = full.format(at);
  }

  function drawAll() {
    document.querySelectorAll("time[data-moment]").forEach(drawMoment);
    document.querySelectorAll("time[data-countdown]").forEach(drawCountdown);
  }

  function tick() {
    if (!document.hidden) document.querySelectorAll("time[data-countdown]").forEach(drawCountdown);
    setTimeout(tick, 1000 - (now() % 1000));
  }

  document.addEventListener("htmx:afterSwap", drawAll);
  document.addEventListener("visibilitychange", drawAll);
  drawAll();
  tick();
})();
