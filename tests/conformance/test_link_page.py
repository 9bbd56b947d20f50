"""The page on which a person of a channel links themselves to an IAM role: walked with the real `bellhop link`, looked at in Chromium.

The forms are sent by requests, as a browser without scripts sends them; Chromium draws what came, at the size of a phone, and says
what it read. That chat hands out the link rests on the program's own sandbox.
"""

import re
import subprocess
from html import unescape

import requests

from bellhop import ROLE
from browser import chromium
from test_sandbox_chat import CHANNEL, said, twin  # noqa: F401 (a fixture)

PHONE = "390,844"


def url_of(message):
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if "/link/" in element.get("url", ""):
                return element["url"]
    raise AssertionError(message)


class Browser:
    """Cookies, forms and their hidden fields; each page is kept as a file that Chromium can draw."""

    def __init__(self, url, folder):
        self.session, self.url, self.folder = requests.Session(), url, folder
        (folder / "pages").mkdir()
        (folder / "link").mkdir()
        style = self.session.get(url.split("/link/")[0] + "/pages/style.css", timeout=10)
        assert style.headers["content-type"].startswith("text/css")
        (folder / "pages" / "style.css").write_text(style.text)

    def see(self, name):
        return self.kept(self.session.get(self.url, timeout=10), name)

    def send(self, name, step, **fields):
        word = re.search(r'name="form" value="([^"]+)"', self.text)[1]
        return self.kept(self.session.post(self.url, data={"form": word, "step": step, **fields}, timeout=10), name)

    def kept(self, answer, name):
        assert answer.status_code == 200, answer.text
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        self.text = answer.text
        (self.folder / "link" / f"{name}.html").write_text(answer.text)
        return answer.text


def drawn(folder, name, *arguments):
    command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
    command += [f"--user-data-dir={folder / 'chromium'}", f"--window-size={PHONE}", *arguments]
    command.append((folder / "link" / f"{name}.html").as_uri())
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def test_a_person_links_themselves_on_a_phone(twin, tmp_path):  # noqa: F811
    [answer] = said(twin, "@aws switch-role")
    assert answer["ephemeral_to"] == "U0ANNA", "a link is for one person"
    folder = tmp_path / "browser"
    folder.mkdir()
    browser = Browser(url_of(answer), folder)
    browser.see("1-start")
    page = browser.send("2-prove", "open")
    code = re.search(r'class="code">([A-Z2-7]{4}-[A-Z2-7]{4})<', page)[1]
    environment = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    command = [twin.command()[0], "link", code, "--server", twin.url]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert told.returncode == 0, told.stderr
    assert "U0ANNA" in told.stdout and "arn:aws:iam::123456789012:root" in told.stdout
    number = re.search(r"\b\d{3}-\d{3}\b", told.stdout)[0]
    page = browser.send("3-choose", "number", number=number)
    assert ROLE in unescape(page)
    browser.send("4-confirm", "role", role=ROLE)
    page = browser.send("5-done", "confirm", role=ROLE)
    assert "You are linked" in page
    [identity] = twin.client().describe_slack_user_identities()["SlackUserIdentities"]
    assert (identity["SlackUserId"], identity["IamRoleArn"]) == ("U0ANNA", ROLE)
    assert identity["AwsUserIdentity"] == "arn:aws:iam::123456789012:root"
    for name in ("1-start", "2-prove", "3-choose", "4-confirm", "5-done"):
        dom = drawn(folder, name, "--dump-dom")
        assert dom.count("<h1") == 1 and "<script" not in dom and 'lang="en"' in dom, name
        for field in re.findall(r'<input type="text"[^>]*>|<input class="digits"[^>]*>', dom):
            name_of = re.search(r'id="([^"]+)"', field)[1]
            assert f'<label for="{name_of}"' in dom, field
        picture = folder / f"{name}.png"
        drawn(folder, name, f"--screenshot={picture}")
        assert picture.stat().st_size > 4000, f"{name} is drawn without its style"
