//! A browser that opens a link: it keeps cookies, sends forms with what stands in them, and follows.

use std::collections::BTreeMap;

use crate::kit::TestServer;

pub struct Browser {
    path: String,
    pub cookie: Option<String>,
    form: Option<String>,
    /// Beside what a browser sends by itself.
    pub headers: Vec<(&'static str, &'static str)>,
}

/// A page.
#[derive(Debug)]
pub struct Seen {
    pub status: u16,
    pub text: String,
}

impl Browser {
    pub fn at(path: &str) -> Self {
        Self { path: path.to_owned(), cookie: None, form: None, headers: vec![("sec-fetch-site", "same-origin")] }
    }

    pub async fn see(&mut self, server: &TestServer) -> Seen {
        let mut request = server.api().http.get(format!("http://{}{}", server.address(), self.path));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store");
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        if let Some(cookie) = response.headers().get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        self.seen(response).await
    }

    /// Sends the form of a step as the page that was last seen has it.
    pub async fn send(&mut self, server: &TestServer, step: &str, fields: &[(&str, &str)]) -> Seen {
        let word = self.form.clone().unwrap_or_default();
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("form", &word).append_pair("step", step).extend_pairs(fields);
        let url = format!("http://{}{}", server.address(), self.path);
        let form = "application/x-www-form-urlencoded";
        let mut request = server.api().http.post(url).header("content-type", form);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body.finish()).send().await.unwrap();
        if response.status() == 303 {
            let location = response.headers()["location"].to_str().unwrap();
            assert_eq!(Some(location), self.path.strip_prefix("/link/"), "beside the page, wherever a proxy puts it");
            return self.see(server).await;
        }
        self.seen(response).await
    }

    async fn seen(&mut self, response: reqwest::Response) -> Seen {
        let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
        let fields: BTreeMap<_, _> = text.split("<input type=\"hidden\" name=\"").skip(1).filter_map(field).collect();
        if let Some(word) = fields.get("form") {
            self.form = Some(word.clone());
        }
        Seen { status, text }
    }
}

fn field(rest: &str) -> Option<(String, String)> {
    let (name, rest) = rest.split_once("\" value=\"")?;
    Some((name.to_owned(), rest.split('"').next()?.to_owned()))
}

impl Seen {
    /// The code that stands large on the page.
    #[track_caller]
    pub fn code(&self) -> String {
        let code = self.text.split("class=\"code\">").nth(1).unwrap_or_else(|| panic!("no code: {}", self.text));
        code.split('<').next().unwrap().to_owned()
    }
}
