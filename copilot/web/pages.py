"""Collects the handlers of everything that people see in a browser."""

from pathlib import Path
from typing import Any

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from copilot.web import (
    access,
    autonomy,
    autonomy_page,
    categories,
    checks,
    citing,
    closing_days,
    drafts,
    endings,
    feedback,
    findings,
    gaps,
    knowledge,
    live,
    notices,
    organisations,
    policy_changes,
    promise_page,
    promises,
    queue,
    ranker_admin,
    ranking,
    reports,
    revisions,
    rewording,
    rules,
    sign_in,
    sources,
    support,
    triage_admin,
    usage,
    voice,
)

STATIC = Path(__file__).parent / "static"
A_DAY = 86_400
HANDLERS = (
    sign_in.sign_in_page, sign_in.sign_in, sign_in.sign_out,
    queue.workspace, queue.open_ticket, queue.queue_rows, queue.change_status, queue.correct_triage,
    queue.write_message, endings.mark_spam_on_page, endings.merge_on_page,
    drafts.approve, drafts.reject, drafts.take_back, drafts.send_again, drafts.mark_delivered,
    knowledge.show_passage, knowledge.find, knowledge.article_list, knowledge.new_article_page,
    knowledge.edit_article_page, knowledge.create_article, knowledge.save_article_page, knowledge.preview,
    revisions.history, revisions.restore,
    findings.review, findings.dismiss, citing.cite_on_page, sources.remove_source,
    gaps.gaps_page, gaps.start_article_on_page, gaps.dismiss_on_page, gaps.reopen_on_page,
    sources.sources_page, sources.source_list, sources.add_source, sources.add_answers, sources.run_now,
    sources.confirm_withdrawal,
    autonomy.overview, autonomy.switch, autonomy.throw_switch, autonomy.set_hold, autonomy.set_autonomy,
    autonomy_page.autonomy_page, autonomy_page.save_category, autonomy_page.preview_category,
    autonomy_page.save_audits, autonomy_page.restart_on_page,
    rules.rules_page, rules.save_rules, rules.try_rules, promises.promises_page, promises.save_promises,
    notices.notices_page, notices.save_notices, voice.voice_page, voice.save_voice, voice.preview_voice,
    usage.usage_page, rewording.reword, rewording.show,
    ranking.ranking_page, ranking.save_ranking, ranking.preview_ranking,
    access.access_page, access.add_user, access.shut_out, access.add_key, access.revoke_key,
    live.kill_banner, live.alert_toast, promise_page.promise_page, policy_changes.show_application,
    policy_changes.apply_on_page, reports.reports_page, reports.report_progress, reports.download, reports.show_advice,
    closing_days.show_closing_days, closing_days.save_closing_days,
    organisations.organisations_page, organisations.new_organisation_page, organisations.create_organisation,
    organisations.organisation_page, organisations.change_organisation, organisations.organisation_effect,
    organisations.apply_organisation, organisations.customer_page, organisations.change_customer,
    organisations.customer_effect, organisations.apply_customer,
    categories.category_list, categories.new_category_page, categories.edit_category_page,
    categories.create_category, categories.save_category, categories.delete_category,
    ranker_admin.order_page, ranker_admin.return_to_order, ranker_admin.return_to_built_in,
    ranker_admin.let_order_be_learned,
    feedback.feedback_page, feedback.show_changes, support.show_support,
    checks.checks_page, checks.save_terms, checks.save_lists, checks.save_languages,
    checks.save_caps,
    triage_admin.triage_page, triage_admin.return_to_version, triage_admin.let_learning_go_on,
)  # fmt: skip


def handlers() -> list[Any]:
    """Pages, fragments and static files; none of them is part of the published API."""
    static = create_static_files_router(
        "/static",
        [STATIC],
        opt={"exclude_from_auth": True},
        include_in_schema=False,
        cache_control=CacheControlHeader(public=True, max_age=A_DAY),
    )
    return [static, Router("/", route_handlers=[*HANDLERS, live.stream()], include_in_schema=False)]
