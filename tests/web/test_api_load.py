"""The forecast of the next hours, by API and on the admin's overview."""


def test_a_quiet_day_raises_no_alarm(desk, client):
    """With one ticket the team is far from overloaded, and the alarm is null."""
    desk.open()
    load = client.get("/api/v1/queue/load", headers=desk.bearer("agent")).json()
    assert (load["overloaded"], load["alarm"]) == (False, None)
    assert 0 < load["utilisation"] < 1


def test_an_overload_is_told_in_numbers(desk, client):
    """When more comes in than one agent can do, the alarm says how much, and how many agents would help."""
    for number in range(300):
        desk.open(external_id=f"many-{number}")
    load = client.get("/api/v1/queue/load", headers=desk.bearer("agent")).json()
    assert load["overloaded"]
    assert load["agents_needed"] > load["agents"]
    assert "Work comes in at 125% of what 1 agent can do" in load["alarm"]


def test_intake_keys_do_not_see_the_load(desk, client):
    """A key that may only hand in tickets gets 403."""
    assert client.get("/api/v1/queue/load", headers=desk.bearer("intake")).status_code == 403
