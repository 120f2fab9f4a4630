"""Opens a report in headless Chromium and uses it as a reader would; exits 1 with what is wrong.

usage: browser.py REPORT.html [FOLDER for screenshots]

Needs Debian's chromium and chromium-driver, and selenium from PyPI.
"""

import os
import pathlib
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select


def browser(profile):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--window-size=1200,900", f"--user-data-dir={profile}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def visible_figure(page):
    shown = [f for f in page.find_elements(By.CSS_SELECTOR, "#pictures figure[data-key]") if f.is_displayed()]
    assert len(shown) == 1, f"{len(shown)} figures are shown, not one"
    return shown[0]


def check_pictures(page):
    # The answer and two figures come first.
    first = [f for f in page.find_elements(By.CSS_SELECTOR, "#answer figure[data-key]") if f.is_displayed()]
    assert len(first) == 2 and page.find_element(By.CSS_SELECTOR, "#answer .answer").text, first
    view = Select(page.find_element(By.ID, "view"))
    seen = set()
    for option in [o.get_attribute("value") for o in view.options]:
        view.select_by_value(option)
        seen.add(visible_figure(page).get_attribute("data-key"))
    assert len(seen) == len(view.options), f"the selector shows only {seen}"


def check_explorer(page):
    drawn, command = page.find_element(By.ID, "drawn"), page.find_element(By.ID, "command")
    boxes = [s for s in page.find_elements(By.CSS_SELECTOR, "#choices select") if s.is_displayed()]
    assert len(boxes) > 5, f"{len(boxes)} selectors"
    bound, colour = Select(boxes[1]), Select(boxes[3])
    before = drawn.get_attribute("innerHTML")
    bound.select_by_index(2)
    colour.select_by_value("")
    after = drawn.get_attribute("innerHTML")
    assert after != before and "<path" in after and "NaN" not in after, after[:300]
    assert "bound=m_cca" in command.text and "direction==" in command.text, command.text
    # What is fixed can be changed, and nothing else then is drawn.
    fixed = [Select(s) for s in page.find_elements(By.CSS_SELECTOR, "#choices select")[5:] if s.is_displayed()]
    assert fixed and all(s.first_selected_option.text for s in fixed)
    fixed[0].select_by_index(len(fixed[0].options) - 1)
    assert drawn.get_attribute("innerHTML") != after


def visible_rows(page):
    return [r for r in page.find_elements(By.CSS_SELECTOR, "#cells-table tbody tr") if r.is_displayed()]


def check_table(page):
    headers = page.find_elements(By.CSS_SELECTOR, "#cells-table thead th")
    names = [h.text.strip() for h in headers]
    column = names.index("d_logit")
    # By keyboard: a header is a button.
    button = headers[column].find_element(By.TAG_NAME, "button")
    for order, sign in (("ascending", 1), ("descending", -1)):
        button.send_keys(Keys.ENTER)
        assert headers[column].get_attribute("aria-sort") == order
        texts = page.execute_script(
            "return [...document.querySelectorAll('#cells-table tbody tr')].map(r => r.cells[arguments[0]].textContent)", column)
        values = [sign * float(t) for t in texts if t]
        assert len(values) > 1 and values == sorted(values), f"not sorted: {values[:5]}"
    everything = len(visible_rows(page))
    axis = names[1]
    value = visible_rows(page)[0].find_elements(By.TAG_NAME, "td")[1].text
    field = page.find_element(By.ID, "filter")
    field.send_keys(f"{axis}={value}")
    filtered = visible_rows(page)
    assert 0 < len(filtered) < everything, f"{len(filtered)} of {everything} rows after filtering"
    assert all(r.find_elements(By.TAG_NAME, "td")[1].text == value for r in filtered)
    field.clear()
    field.send_keys("nothing has this")
    assert not visible_rows(page)
    assert page.find_element(By.ID, "shown").text.startswith("0 of ")


def check_point(page):
    # The filter of the table still hides every row: opening a cell must show its own.
    Select(page.find_element(By.ID, "view")).select_by_value("divergence")
    link = visible_figure(page).find_elements(By.CSS_SELECTOR, "svg .links a")[-1]
    cell = page.execute_script("return arguments[0].getAttribute('href')", link).removeprefix("#cell-")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", visible_figure(page))
    webdriver.ActionChains(page).move_to_element(link).click().perform()
    box = page.find_element(By.ID, "cell")
    assert box.is_displayed() and cell in box.text, f"cell {cell} is not opened: {box.text[:100]}"
    assert f"--id {cell}" in box.text and "d_logit" in box.text
    row = page.find_element(By.ID, f"cell-{cell}")
    assert row.is_displayed() and "chosen" in row.get_attribute("class")


def check_console(page):
    errors = [e for e in page.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]
    assert not errors, errors
    asked = [e["message"] for e in page.get_log("performance") if '"Network.requestWillBeSent"' in e["message"]]
    beyond = [m for m in asked if '"url":"http' in m]
    assert not beyond, f"the page asks the network: {beyond[:2]}"


def screenshots(page, folder):
    devtools = page.execute_cdp_cmd
    for name, width, features, media in (
        ("light", 1200, "light", "screen"), ("dark", 1200, "dark", "screen"), ("narrow", 420, "light", "screen"), ("print", 900, "light", "print"),
    ):
        features = [{"name": "prefers-color-scheme", "value": features}]
        devtools("Emulation.setEmulatedMedia", {"media": media, "features": features})
        devtools("Emulation.setDeviceMetricsOverride", {"width": width, "height": 1600, "deviceScaleFactor": 1, "mobile": False})
        page.execute_script("scrollTo(0, 0)")
        page.save_screenshot(os.path.join(folder, f"{name}.png"))


def main():
    report = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as profile:
        page = browser(profile)
        try:
            page.get(report.as_uri())
            if len(sys.argv) > 2:
                screenshots(page, sys.argv[2])
                page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
                page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
            for check in (check_pictures, check_explorer, check_table, check_point, check_console):
                check(page)
                print(f"{check.__name__}: ok")
        finally:
            page.quit()


main()
