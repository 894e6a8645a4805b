//! Reading of the objects inside an event.

use std::borrow::Cow;

use crate::json::Token;
use crate::limits::{
    ID_BYTES_MAX, METHOD_BYTES_MAX, NAME_BYTES_MAX, PATH_BYTES_MAX, TYPE_BYTES_MAX, USER_AGENT_BYTES_MAX,
    WORD_BYTES_MAX,
};
use crate::member::Member;
use crate::model::{Actor, ActorKind, Client, Http, Location, Named, Principal, Resource, Sequence};

use super::place::Place;
use super::reader::{Read, Reader, Required, unknown_member};
use super::values::{any, filled};

type Text<'a> = Option<Cow<'a, str>>;

impl<'a> Reader<'a, '_> {
    pub(super) fn named(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Named<'a>>> {
        let mut id = Required::absent();
        let mut name = None;
        let is_object =
            self.object(token, place, &[Member::Id, Member::Name], unknown_member, |reader, member, token, place| {
                match member {
                    Member::Id => id = Required::take(token, reader.text(token, place, filled(ID_BYTES_MAX))?),
                    _ => name = reader.text(token, place, any(NAME_BYTES_MAX))?,
                }
                Ok(())
            })?;
        if !is_object {
            return Ok(None);
        }
        Ok(id.check(self, place, "id").map(|id| Named { id, name }))
    }

    pub(super) fn resource(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Resource<'a>>> {
        let mut kind = Required::absent();
        let mut id = Required::absent();
        let mut name = None;
        let names = &[Member::Type, Member::Id, Member::Name];
        let is_object = self.object(token, place, names, unknown_member, |reader, member, token, place| {
            match member {
                Member::Type => kind = Required::take(token, reader.text(token, place, filled(TYPE_BYTES_MAX))?),
                Member::Id => id = Required::take(token, reader.text(token, place, filled(ID_BYTES_MAX))?),
                _ => name = reader.text(token, place, any(NAME_BYTES_MAX))?,
            }
            Ok(())
        })?;
        if !is_object {
            return Ok(None);
        }
        let kind = kind.check(self, place, "type");
        let id = id.check(self, place, "id");
        Ok(kind.zip(id).map(|(kind, id)| Resource { kind, id, name }))
    }

    pub(super) fn actor(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Actor<'a>>> {
        let mut on_behalf_of = None;
        let who = self.who(
            token,
            place,
            &[Member::Type, Member::Id, Member::Name, Member::Email, Member::OnBehalfOf],
            |reader, token, place| {
                on_behalf_of =
                    reader.who(token, place, &[Member::Type, Member::Id, Member::Name, Member::Email], |_, _, _| {
                        Ok(())
                    })?;
                Ok(())
            },
        )?;
        Ok(who.map(|Principal { kind, id, name, email }| Actor { kind, id, name, email, on_behalf_of }))
    }

    /// What actor and `on_behalf_of` share; `last` reads the last of `names`, where there is a fifth.
    fn who(
        &mut self,
        token: &Token<'a>,
        place: &Place<'_>,
        names: &'static [Member],
        mut last: impl FnMut(&mut Self, &Token<'a>, &Place<'_>) -> Read<()>,
    ) -> Read<Option<Principal<'a>>> {
        let mut kind = Required::absent();
        let mut id = Required::absent();
        let (mut name, mut email): (Text<'a>, Text<'a>) = (None, None);
        let is_object = self.object(token, place, names, unknown_member, |reader, member, token, place| {
            match member {
                Member::Type => {
                    let word =
                        reader.word(token, place, ActorKind::from_word, "user, agent, token, system, anonymous")?;
                    kind = Required::take(token, word);
                }
                Member::Id => id = Required::take(token, reader.text(token, place, filled(ID_BYTES_MAX))?),
                Member::Name => name = reader.text(token, place, any(NAME_BYTES_MAX))?,
                Member::Email => email = reader.text(token, place, any(NAME_BYTES_MAX))?,
                _ => last(reader, token, place)?,
            }
            Ok(())
        })?;
        if !is_object {
            return Ok(None);
        }
        let kind = kind.check(self, place, "type");
        if kind == Some(ActorKind::Anonymous) {
            // the server names the day; what is sent back from an export is accepted
            if id.value.as_ref().is_some_and(|id| id != "anonymous" && !id.starts_with("anonymous:")) {
                let message = "anonymous actors have no id of their own: leave it out, or send type user";
                self.report.add(&place.member("id"), "invalid_value", message);
            }
            return Ok(Some(Principal { kind: ActorKind::Anonymous, id: Cow::Borrowed(""), name, email }));
        }
        let id = id.check(self, place, "id");
        Ok(kind.zip(id).map(|(kind, id)| Principal { kind, id, name, email }))
    }

    pub(super) fn http(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Http<'a>> {
        let mut http = Http::default();
        let names = &[Member::Method, Member::Path, Member::Status];
        self.object(token, place, names, unknown_member, |reader, member, token, place| {
            match member {
                Member::Method => http.method = reader.text(token, place, filled(METHOD_BYTES_MAX))?,
                Member::Path => http.path = reader.text(token, place, any(PATH_BYTES_MAX))?,
                _ => http.status = reader.status(token, place)?,
            }
            Ok(())
        })?;
        Ok(http)
    }

    pub(super) fn client(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Client<'a>> {
        let mut client = Client::default();
        let names = &[Member::Ip, Member::UserAgent, Member::Location, Member::Ci];
        self.object(token, place, names, unknown_member, |reader, member, token, place| {
            match member {
                Member::Ip => client.ip = reader.ip(token, place)?,
                Member::UserAgent => client.user_agent = reader.text(token, place, any(USER_AGENT_BYTES_MAX))?,
                Member::Location => client.location = reader.location(token, place)?,
                _ => client.ci = reader.text(token, place, filled(WORD_BYTES_MAX))?,
            }
            Ok(())
        })?;
        Ok(client)
    }

    pub(super) fn sequence(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Sequence<'a>>> {
        let mut stream = Required::absent();
        let mut n = Required::absent();
        let names = &[Member::Stream, Member::N];
        let is_object = self.object(token, place, names, unknown_member, |reader, member, token, place| {
            match member {
                Member::Stream => stream = Required::take(token, reader.text(token, place, filled(WORD_BYTES_MAX))?),
                _ => n = Required::take(token, reader.sequence_n(token, place)?),
            }
            Ok(())
        })?;
        if !is_object {
            return Ok(None);
        }
        let stream = stream.check(self, place, "stream");
        let n = n.check(self, place, "n");
        Ok(stream.zip(n).map(|(stream, n)| Sequence { stream, n }))
    }

    fn location(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Location<'a>> {
        let mut location = Location::default();
        let names = &[Member::City, Member::Region, Member::Country];
        self.object(token, place, names, unknown_member, |reader, member, token, place| {
            let text = reader.text(token, place, any(NAME_BYTES_MAX))?;
            match member {
                Member::City => location.city = text,
                Member::Region => location.region = text,
                _ => location.country = text,
            }
            Ok(())
        })?;
        Ok(location)
    }
}
